// Loads another copy of the API, and stays for longer than we wait before we look.
require(process.env.COPY);
setTimeout(() => undefined, 1500);
