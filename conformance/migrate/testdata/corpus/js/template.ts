const minor: string = "1.2";
export const headers = { "Scp-Api-Version": `virtualserver ${minor}` };
