// A few tones for alarms, at the volume that was chosen; a browser gives sound only after the first touch.

import { display } from "./state.js";

let audio = null;

export function sound(tones) {
  if (!audio || display.volume === 0) return;
  const loudness = [0, 0.04, 0.12, 0.3][display.volume];
  tones.forEach((tone, index) => {
    const start = audio.currentTime + index * 0.22;
    const source = audio.createOscillator();
    const gain = audio.createGain();
    source.frequency.value = tone;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(loudness, start + 0.02);
    gain.gain.linearRampToValueAtTime(0, start + 0.2);
    source.connect(gain).connect(audio.destination);
    source.start(start);
    source.stop(start + 0.21);
  });
}

export function allowSound() {
  audio ??= new AudioContext();
}
