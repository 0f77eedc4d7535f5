// One whole screen, drawn from the newest view.

import { button, make, own, picture } from "./build.js";
import { choices, copies, money, pinPad, rows, staffPad, upright, welcome } from "./parts.js";
import { display, now } from "./state.js";

function header() {
  const words = now.view.words;
  const languages = now.view.languages.map((one) =>
    button(one.label, { do: "language", code: one.code }, { name: "language", pressed: one.on }),
  );
  return make(
    "header",
    { class: "top" },
    make("div", { class: "brand" }, picture("i-emblem", "emblem"), make("span", {}, words.service)),
    make(
      "div",
      { class: "tools" },
      make("div", { class: "languages", role: "group" }, ...languages),
      own("", "display", { name: "round", icon: "display", pressed: display.open, spoken: words.display }),
    ),
  );
}

function steps() {
  if (now.view.step === null) return make("nav", { class: "steps blank", "aria-hidden": true });
  const names = now.view.words.steps.split("|");
  const items = names.map((name, index) => {
    const state = index < now.view.step ? "done" : index === now.view.step ? "now" : "";
    const mark = index < now.view.step ? picture("i-check", "icon") : String(index + 1);
    return make(
      "li",
      { class: state, "aria-current": index === now.view.step ? "step" : null },
      make("span", { class: "mark" }, mark),
      make("span", { class: "name" }, name),
    );
  });
  return make("nav", { class: "steps" }, make("ol", {}, ...items));
}

function notes() {
  const icons = { info: "info", warn: "warn", danger: "warn" };
  return now.view.notes.map((note) =>
    make(
      "p",
      { class: "note " + note.tone, role: note.tone === "danger" ? "alert" : null },
      picture("i-" + icons[note.tone], "icon"),
      make("span", {}, note.text),
    ),
  );
}

function footer() {
  if (now.view.welcome) return make("footer", { class: "bottom blank" });
  const left = [];
  if (now.view.cancel) left.push(button(now.view.words.cancel, { do: "cancel" }, { name: "stop", icon: "cancel" }));
  if (now.view.back) left.push(button(now.view.words.back, { do: "back" }, { name: "plain", icon: "back" }));
  const right = [];
  if (now.view.next && !now.view.pad) {
    right.push(
      button(now.view.next.label, { do: "next" }, { name: "go", icon: "next", after: true, disabled: !now.view.next.enabled }),
    );
  }
  return make("footer", { class: "bottom" }, make("div", {}, ...left), make("div", {}, ...right));
}

function warning() {
  const due = now.view.warning;
  if (!due) return null;
  return make(
    "div",
    { class: "over" },
    make(
      "div",
      { class: "dialog", role: "alertdialog", "aria-labelledby": "warning-title" },
      make("h2", { id: "warning-title" }, due.title),
      make("p", {}, due.text),
      make("p", { class: "seconds" }, due.count.replace("{seconds}", String(due.seconds))),
      button(due.extend, { do: "extend" }, { name: "go wide" }),
    ),
  );
}

function displayMenu() {
  if (!display.open) return null;
  const words = now.view.words;
  const bars = "■".repeat(display.volume) + "□".repeat(3 - display.volume);
  return make(
    "div",
    { class: "display-menu" },
    ...["larger", "contrast", ...(upright() ? ["low"] : [])].map((name) =>
      own(words[name], "display-" + name, { name: "plain", pressed: display[name] }),
    ),
    own(words.volume + " " + bars, "display-volume", { name: "plain", spoken: `${words.volume} ${display.volume} / 3` }),
  );
}

// Where staff begin to enter their code, and what they are told about it.
function staffDoor() {
  const words = now.view.staff;
  if (!words) return null;
  if (now.staffCode === null) return own(words.staff, "staff-open", { name: "quiet" });
  return make("p", { class: "lead", role: "status" }, now.staffWrong ? words.wrong : words.staff_lead);
}

// The stage as it should be now; whoever asked puts it in place.
export function drawn() {
  const pad = Boolean(now.view.pad) || now.staffCode !== null;
  const art = now.view.art && !pad ? make("figure", { class: "art" }, picture("a-" + now.view.art, "drawing")) : null;
  const body = [welcome(), choices(), pinPad(), staffPad(), copies(), money(), rows()].filter(Boolean);
  const fresh = make(
    "div",
    {
      class: "stage screen-" + now.view.screen + (art ? " with-art" : "") + (pad ? " with-pad" : ""),
      "data-at": now.view.at,
    },
    header(),
    steps(),
    make(
      "main",
      {},
      make(
        "div",
        { class: "say" },
        make("h1", { tabindex: "-1" }, now.view.title),
        now.view.lead ? make("p", { class: "lead" }, now.view.lead) : null,
        now.view.busy
          ? make("div", { class: "progress", role: "progressbar", "aria-label": now.view.words.wait }, make("span", {}))
          : null,
        ...notes(),
        staffDoor(),
      ),
      art,
      body.length ? make("div", { class: "body" }, ...body) : null,
    ),
    footer(),
    displayMenu(),
    warning(),
  );
  for (const name of ["larger", "contrast", "low"]) fresh.classList.toggle(name, display[name]);
  return fresh;
}
