// The bench beside the screen: test cards and coins. Only a kiosk for demonstrations has it.

import { button, make, morph } from "./build.js";

const bench = document.getElementById("bench");

export function drawBench(benchView) {
  const words = benchView.words;
  const group = (title, lead, ...parts) =>
    make("section", {}, make("h2", {}, title), lead ? make("p", { class: "hint" }, lead) : null, ...parts);
  const drawer = benchView.cards ?? [];
  const placed = drawer.some((one) => one.on);
  const cards = drawer.map((one) =>
    button(one.card, { do: "bench-card", card: one.card }, { name: "bench-card", icon: "card", pressed: one.on }),
  );
  const coins = benchView.money.map((yen) =>
    button(yen.toLocaleString("ja-JP"), { do: "bench-money", yen }, { name: yen < 1000 ? "coin" : "bill" }),
  );
  const drawn = make(
    "aside",
    { class: "shown" },
    make("header", {}, make("h1", {}, words.title), make("p", {}, words.lead)),
    benchView.cards &&
      group(
        words.cards,
        words.cards_lead,
        cards.length ? make("div", { class: "cards" }, ...cards) : make("p", {}, words.none),
        button(words.take_off, { do: "bench-card-off" }, { name: "plain", disabled: !placed }),
      ),
    group(words.coins, words.coins_lead, make("div", { class: "coins" }, ...coins)),
    group(
      words.tray,
      "",
      make(
        "div",
        { class: "tray" },
        make("output", {}, benchView.tray_text),
        button(words.empty, { do: "bench-tray" }, { name: "plain", disabled: benchView.tray === 0 }),
      ),
    ),
    group(words.receipt, "", make("ul", { class: "receipts" }, ...benchView.receipts.map((one) => make("li", {}, one)))),
    benchView.done === false ? make("p", { class: "rejected", role: "alert" }, words.rejected) : null,
  );
  bench.hidden = false;
  document.body.classList.add("with-bench");
  morph(bench, drawn);
}
