// Loaded before the preload: lets it believe that it runs on a Node.js release of long ago.
Object.defineProperty(process.versions, 'node', { value: '18.19.0' });
