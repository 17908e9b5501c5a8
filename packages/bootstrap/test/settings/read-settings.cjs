// Prints the settings in each of the given folders as a JSON list.
const { readSettings } = require('../../dist/cjs/settings/settings.js');

const folders = process.argv.slice(2);
process.stdout.write(JSON.stringify(folders.map((folder) => readSettings({}, {}, folder))));
