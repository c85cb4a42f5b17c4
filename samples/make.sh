#!/bin/sh
# Makes the two samples beside this script. Everything in them is drawn and spoken here, so they carry
# no licence but this project's. Needed to change them only; using and testing the project needs neither tool.
set -eu
cd "$(dirname "$0")"

for tool in ffmpeg espeak-ng; do
	if ! command -v "$tool" >/dev/null; then
		echo "samples/make.sh needs $tool. On Debian or Ubuntu: sudo apt-get install ffmpeg espeak-ng" >&2
		exit 1
	fi
done

seconds=4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

espeak-ng -v en-us -s 190 -w "$work/new.wav" 'Hello! This is the new voice. Watch my lips follow every word.'
espeak-ng -v en-gb -s 160 -w "$work/old.wav" 'Good morning. This is the voice I was filmed with.'

# Everything is drawn at twice the size and halved at the end, for smooth edges.
# inside X Y RX RY: true within that ellipse.
inside() { echo "lt(pow((X-$1)/($3),2)+pow((Y-$2)/($4),2),1)"; }

# The still face; the layers are listed from the front to the back, each with its colour.
layers() {
	echo "$(inside 560 300 13 13)+$(inside 720 300 13 13)|40|44|60"
	echo "$(inside 560 300 32 24)+$(inside 720 300 32 24)|250|250|250"
	echo "$(inside 640 385 16 26)|219|158|124"
	echo "$(inside 560 248 44 7)+$(inside 720 248 44 7)|78|52|40"
	echo "$(inside 640 340 190 245)*gt(Y,150+pow((X-640)/22,2))|238|184|150"
	echo "$(inside 640 290 222 240)|78|52|40"
	echo "$(inside 640 560 74 110)|219|158|124"
	echo "$(inside 640 860 400 250)|92|84|214"
	echo "1|226-Y/24|232-Y/24|246-Y/24"
}
# The mouth, on a small canvas of its own because it is drawn anew for each frame.
opening='40*abs(sin(T*9)*sin(T*2.3+0.6))'
mouth() {
	echo "$(inside 90 60 66 "$opening-2")*gt($opening,2)|74|20|30"
	echo "$(inside 90 60 84 "$opening+14")|196|88|92"
	echo "1|238|184|150"
}
# paint LAYERS: a geq filter that shows the first layer a point is in.
paint() {
	for channel in 2 3 4; do
		"$1" | awk -F'|' -v c=$channel '{ printf "if(%s,%s,", $1, $c; end = end ")" } END { print "0" end }'
	done | sed 's/,/\\,/g' | paste -sd: | awk -F: '{ print "geq=r=" $1 ":g=" $2 ":b=" $3 }'
}

ffmpeg -loglevel error -y -f lavfi -i "color=black:s=1280x720:r=25:d=0.04" \
	-f lavfi -i "color=black:s=180x120:r=25:d=$seconds" -i "$work/old.wav" -filter_complex "
	[0:v]format=gbrp,$(paint layers),loop=-1:1[face];
	[1:v]format=gbrp,$(paint mouth)[mouth];
	[face][mouth]overlay=550:410:shortest=1:format=gbrp,
	drawbox=520:270:240:60:0xEEB896:fill:enable='lt(mod(t+1.2,2.2),0.12)',
	scale=640:360:flags=area,format=yuv420p[v];
	[2:a]apad,aresample=44100[a]" \
	-map '[v]' -map '[a]' -t "$seconds" -c:v libx264 -profile:v main -preset slow -crf 26 -g 50 \
	-c:a aac -b:a 32k -ac 1 -movflags +faststart -map_metadata -1 \
	-fflags +bitexact -flags:v +bitexact -flags:a +bitexact talking-head.mp4

ffmpeg -loglevel error -y -i "$work/new.wav" -af apad -t "$seconds" -c:a libmp3lame -b:a 48k -ac 1 -ar 44100 \
	-map_metadata -1 -fflags +bitexact -flags:a +bitexact voice-over.mp3

ls -l talking-head.mp4 voice-over.mp3
