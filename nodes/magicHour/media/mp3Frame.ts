/** What the four bytes before each frame of MPEG audio say (ISO/IEC 11172-3 and 13818-3). */
export interface Mp3Frame {
	/** Of the whole frame, its header included. */
	bytes: number;
	samples: number;
	/** Samples per second. */
	rate: number;
	/** Bits per second. */
	bitrate: number;
	/** Bytes from the beginning of the frame to where an encoder may leave a `Xing` header. */
	sideInfoEnd: number;
}

/** kbit/s, by the index in the header. */
const BITRATES = {
	mpeg1: {
		1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
		2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
		3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
	},
	mpeg2: {
		1: [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
		2: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
		3: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
	},
};
const RATES = [44100, 48000, 32000];

/** @returns undefined where these bytes are no header of a frame */
export function mp3Frame(head: Buffer): Mp3Frame | undefined {
	if (head.length < 4 || head[0] !== 0xff || (head[1]! & 0xe0) !== 0xe0) return undefined;
	const version = (head[1]! >> 3) & 0x03;
	const layer = (4 - ((head[1]! >> 1) & 0x03)) as 1 | 2 | 3 | 4;
	const baseRate = RATES[(head[2]! >> 2) & 0x03];
	if (version === 1 || layer === 4 || baseRate === undefined) return undefined;
	const isMpeg1 = version === 3;
	const kilobits = BITRATES[isMpeg1 ? 'mpeg1' : 'mpeg2'][layer][(head[2]! >> 4) - 1];
	if (kilobits === undefined) return undefined;

	const rate = baseRate / (isMpeg1 ? 1 : version === 2 ? 2 : 4);
	const bitrate = kilobits * 1000;
	const samples = layer === 1 ? 384 : layer === 3 && !isMpeg1 ? 576 : 1152;
	const slotBytes = layer === 1 ? 4 : 1;
	const isPadded = (head[2]! & 0x02) !== 0;
	const slots = Math.floor((samples * bitrate) / (8 * rate * slotBytes)) + (isPadded ? 1 : 0);
	const isMono = head[3]! >> 6 === 3;
	const sideInfo = isMpeg1 ? (isMono ? 17 : 32) : isMono ? 9 : 17;
	return { bytes: slots * slotBytes, samples, rate, bitrate, sideInfoEnd: 4 + sideInfo };
}
