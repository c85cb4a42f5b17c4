import { Unreadable } from './byteSource';
import type { MediaKind } from './media';

/** @throws Unreadable when there is none of that kind, in words for what the file was meant for */
export function trackOf<T extends { kind?: MediaKind }>(tracks: T[], kind: MediaKind): T[] {
	const found = tracks.filter((track) => track.kind === kind);
	if (found.length === 0)
		throw new Unreadable(`it has no ${kind === 'video' ? 'picture' : 'sound'}`);
	return found;
}
