// The parts that hands touch and eyes read: choices, pads, copies, tables, the first screen.

import { button, make, own, picture } from "./build.js";
import { display, now } from "./state.js";

const stage = document.getElementById("stage");

export function upright() {
  return stage.clientHeight > stage.clientWidth;
}

// Many items stand in two columns, without the words that repeat their ticks.
function dense() {
  return now.view.screen === "choose-items" && now.view.choices.length > 4 && !upright() && !display.larger;
}

// How many choices fit at a time; the pager itself takes the room of a row.
function fitting() {
  const rows = upright() ? 7 - (display.larger ? 1 : 0) - (display.low ? 3 : 0) : 4 - (display.larger ? 1 : 0);
  const wholeRow = now.view.screen === "choose-members" ? 1 : 0;
  const columns = (now.view.screen === "choose-items" && !dense()) || (upright() && !wholeRow) ? 1 : 2;
  const room = (count) => Math.max(1, (count - wholeRow) * columns + wholeRow);
  return now.view.choices.length <= room(rows) ? room(rows) : room(rows - 1);
}

export function choices() {
  if (!now.view.choices.length) return null;
  const size = fitting();
  const pages = Math.ceil(now.view.choices.length / size);
  const shown = now.view.choices.slice(now.page * size, (now.page + 1) * size);
  const items = shown.map((choice) => {
    const made = make(
      "button",
      {
        type: "button",
        class: "choice" + (choice.on === null ? "" : choice.on ? " on" : " off"),
        "data-send": JSON.stringify(choice.send),
        "aria-pressed": choice.on,
      },
    );
    if (choice.on !== null) made.append(make("span", { class: "tick" }, choice.on ? picture("i-check", "icon") : ""));
    if (choice.icon) made.append(picture("i-" + choice.icon, "glyph"));
    made.append(
      make(
        "span",
        { class: "words" },
        make("span", { class: "label" }, choice.label),
        choice.detail ? make("span", { class: "detail" }, choice.detail) : null,
      ),
    );
    if (choice.state) made.append(make("span", { class: "state" }, choice.state));
    else if (choice.on === null) made.append(picture("i-next", "icon onward"));
    return made;
  });
  const list = make("div", { class: "choices n" + Math.min(shown.length, 8) + " in-" + now.view.screen + (dense() ? " dense" : "") }, ...items);
  if (pages < 2) return list;
  return make(
    "div",
    { class: "paged" },
    list,
    make(
      "div",
      { class: "pager" },
      own("", "page", { name: "round", icon: "back", value: now.page - 1, disabled: now.page === 0, spoken: now.view.words.previous }),
      make("span", {}, now.page + 1 + " / " + pages),
      own("", "page", { name: "round", icon: "next", value: now.page + 1, disabled: now.page === pages - 1, spoken: now.view.words.following }),
    ),
  );
}

function keys(make_key, clear, ok) {
  const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(make_key);
  return make("div", { class: "keys" }, ...digits, clear, make_key("0"), ok);
}

export function pinPad() {
  if (!now.view.pad) return null;
  const pad = now.view.pad;
  const dots = Array.from({ length: pad.of }, (_, index) =>
    make("span", { class: "dot" + (index < pad.digits ? " full" : "") }),
  );
  return make(
    "div",
    { class: "pin" },
    make("div", { class: "dots", role: "img", "aria-label": pad.entered }, ...dots),
    keys(
      (digit) => button(digit, { do: "digit", digit: Number(digit) }, { name: "key" }),
      button(pad.clear, { do: "clear" }, { name: "key word", disabled: pad.digits === 0 }),
      button(now.view.next.label, { do: "next" }, { name: "key word ok", disabled: !now.view.next.enabled }),
    ),
  );
}

export function staffPad() {
  if (!now.view.staff) return null;
  const words = now.view.staff;
  if (now.staffCode === null) return null;
  const dots = Array.from({ length: Math.max(6, now.staffCode.length) }, (_, index) =>
    make("span", { class: "dot" + (index < now.staffCode.length ? " full" : "") }),
  );
  return make(
    "div",
    { class: "pin staff" },
    make("div", { class: "dots small" }, ...dots),
    keys(
      (digit) => own(digit, "staff-digit", { name: "key", value: digit }),
      own(words.clear, "staff-clear", { name: "key word" }),
      own(words.ok, "staff-ok", { name: "key word ok", disabled: now.staffCode.length < 6 }),
    ),
  );
}

export function copies() {
  if (!now.view.copies) return null;
  const { value, most, unit, fewer, more } = now.view.copies;
  const set = (copies) => ({ do: "copies", copies });
  return make(
    "div",
    { class: "copies" },
    make(
      "div",
      { class: "count" },
      button("−", set(value - 1), { name: "round big", disabled: value <= 1, spoken: fewer }),
      make("output", { "aria-live": "polite" }, make("b", {}, String(value)), " " + unit),
      button("＋", set(value + 1), { name: "round big", disabled: value >= most, spoken: more }),
    ),
    make(
      "div",
      { class: "numbers" },
      ...Array.from({ length: most }, (_, index) =>
        button(String(index + 1), set(index + 1), { name: "number", pressed: value === index + 1 }),
      ),
    ),
  );
}

export function rows() {
  if (!now.view.rows.length) return null;
  const lines = now.view.rows.map((row) => make("div", {}, make("dt", {}, row.label), make("dd", {}, row.value)));
  const total = now.view.total
    ? [make("div", { class: "total" }, make("dt", {}, now.view.total.label), make("dd", {}, now.view.total.value))]
    : [];
  return make("dl", { class: "rows" }, ...lines, ...total);
}

export function money() {
  if (!now.view.money) return null;
  const line = (one) => make("div", { class: one.name }, make("dt", {}, one.label), make("dd", {}, one.value));
  return make("dl", { class: "money" }, ...now.view.money.map(line));
}

export function welcome() {
  if (!now.view.welcome) return null;
  const words = now.view.welcome;
  const needs = words.needs.map((one) => make("li", {}, picture("i-" + one.icon, "glyph"), make("span", {}, one.label)));
  return make(
    "div",
    { class: "hello" },
    make("button", { type: "button", class: "begin", "data-send": JSON.stringify({ do: "start" }) },
      make("span", { class: "touch" }, words.touch),
      make("span", { class: "label" }, words.start)),
    make("section", { class: "needs" }, make("h2", {}, words.need), make("ul", {}, ...needs)),
    make("p", { class: "hours" }, words.hours),
  );
}
