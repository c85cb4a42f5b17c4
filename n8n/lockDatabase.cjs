// Run by n8n's own Node, whose SQLite driver the install has built: node lockDatabase.cjs <folder of n8n> <database>
const { createRequire } = require('node:module');
const { join } = require('node:path');

const [folder, database] = process.argv.slice(2);
const sqlite3 = createRequire(join(folder, 'node_modules', 'n8n', 'package.json'))('sqlite3');

const connection = new sqlite3.Database(database);
connection.configure('busyTimeout', 10_000);
connection.exec('BEGIN IMMEDIATE', (error) => {
	if (error) throw error;
	process.stdout.write('locked\n');
});
process.stdin.resume();
process.stdin.once('end', () => connection.exec('ROLLBACK', () => process.exit()));
