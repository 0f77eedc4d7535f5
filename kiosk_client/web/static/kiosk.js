// The touch screen: draws the view that the kiosk pushes and says what was touched. It decides nothing and keeps nothing.

import { drawBench } from "./bench.js";
import { morph } from "./build.js";
import { allowSound, sound } from "./sound.js";
import { drawn } from "./stage.js";
import { display, now } from "./state.js";

const stage = document.getElementById("stage");
const heard = document.getElementById("heard");
let socket = null;
let cutOff = false;
let counting = 0; // the timer of the warning
let chime = 0; // the timer of an alarm

// ---- drawing

function draw() {
  if (!now.view) return;
  document.documentElement.lang = now.view.lang;
  morph(stage, drawn());
}

function arrive(frame) {
  const elsewhere = !now.view || now.view.at !== frame.at;
  const warned = !now.view?.warning && frame.warning;
  now.view = frame;
  if (elsewhere) {
    now.page = 0;
    now.staffCode = null;
    now.staffWrong = false;
    display.open = false;
  }
  draw();
  clearInterval(counting);
  if (frame.warning) counting = setInterval(count, 1000);
  if (warned) sound([660, 660]);
  if (!elsewhere) return;
  stage.querySelector("h1").focus({ preventScroll: true });
  heard.textContent = [frame.title, frame.lead, ...frame.notes.map((note) => note.text)].join(" ");
  clearInterval(chime);
  if (frame.alarm) {
    sound([880, 1100, 880]);
    chime = setInterval(() => sound([880, 1100, 880]), 5000);
  }
}

function count() {
  if (!now.view?.warning) return;
  now.view.warning.seconds = Math.max(0, now.view.warning.seconds - 1);
  draw();
}

// ---- touching

function say(command) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(command));
}

const acts = {
  display: () => (display.open = !display.open),
  "display-larger": () => (display.larger = !display.larger),
  "display-contrast": () => (display.contrast = !display.contrast),
  "display-low": () => (display.low = !display.low),
  "display-volume": () => {
    display.volume = (display.volume + 1) % 4;
    sound([880]);
  },
  page: (value) => (now.page = Number(value)),
  "staff-open": () => (now.staffCode = ""),
  "staff-digit": (value) => {
    if (now.staffCode.length < 12) now.staffCode += value;
    now.staffWrong = false;
  },
  "staff-clear": () => (now.staffCode = ""),
  "staff-ok": () => {
    say({ do: "staff", at: now.view.at, code: now.staffCode });
    now.staffCode = "";
  },
};

document.addEventListener("click", (event) => {
  allowSound();
  const touched = event.target.closest("button");
  if (!touched || touched.disabled) return;
  if (touched.dataset.own) {
    acts[touched.dataset.own](touched.dataset.value);
    draw();
    return;
  }
  const command = JSON.parse(touched.dataset.send);
  say(command.do.startsWith("bench-") ? command : { ...command, at: now.view.at });
});
document.addEventListener("contextmenu", (event) => event.preventDefault());

// ---- the line to the kiosk

function connect() {
  socket = new WebSocket("ws://" + location.host + "/v1/screen");
  socket.addEventListener("message", (message) => {
    // after a break nothing that stands here is to be trusted: the kiosk may have been started anew
    if (cutOff) location.reload();
    else hear(JSON.parse(message.data));
  });
  socket.addEventListener("close", () => {
    cutOff = true;
    document.body.classList.add("cut-off");
    stage.inert = true;
    heard.textContent = now.view ? now.view.words.disconnected : "";
    setTimeout(connect, 1000);
  });
}

function hear(frame) {
  if (frame.kind === "reload") location.reload();
  else if (frame.kind === "screen") arrive(frame);
  else if (frame.kind === "bench") drawBench(frame);
  else if (frame.kind === "staff" && !frame.open) {
    now.staffWrong = true;
    draw();
  }
}

connect();
