import { createDirectoryApp } from './directory-app.ts';
import { runService } from './lifetime.ts';
import { listen } from './server.ts';
import { portFrom } from './settings.ts';

runService('directory', async (own) => {
  const server = await listen(createDirectoryApp(), portFrom(process.env));
  own(server.close);
  return server.url;
});
