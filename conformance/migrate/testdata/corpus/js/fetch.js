await fetch(url, {
  method: "DELETE",
  headers: { "Scp-Signature": mark, 'Scp-Api-Version': `virtualserver 1.1` },
});
