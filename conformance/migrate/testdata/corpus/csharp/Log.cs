logger.LogError("The header Scp-Api-Version was refused: virtualserver 1.1 has ended");
Console.WriteLine("Scp-Api-Version");
