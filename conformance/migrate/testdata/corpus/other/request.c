snprintf(line, sizeof line, "Scp-Api-Version: virtualserver %d.%d\r\n", MAJOR, MINOR);
