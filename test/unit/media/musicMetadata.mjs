// Prints, as JSON, how many seconds each of the given files has by music-metadata, null where it does not know.
// A program of its own, because that library is an ES module, which Jest does not load.
import { parseFile } from 'music-metadata';

const seconds = [];
for (const path of process.argv.slice(2)) {
	const { format } = await parseFile(path, { duration: true }).catch(() => ({ format: {} }));
	seconds.push(format.duration ?? null);
}
console.log(JSON.stringify(seconds));
