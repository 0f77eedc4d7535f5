// Building the page: every text goes through a text node, never through markup.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (name.startsWith("aria-")) element.setAttribute(name, String(value));
    else if (value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

export function picture(id, name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", name);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", "#" + id);
  svg.append(use);
  return svg;
}

// ``spoken`` is the name of a button that shows a sign and no word.
export function button(label, send, options = {}) {
  const { name = "", icon = "", after = false, disabled = false, pressed = null, spoken = null } = options;
  const parts = [make("span", { class: "label" }, label)];
  if (icon) parts.splice(after ? 1 : 0, 0, picture("i-" + icon, "icon"));
  return make(
    "button",
    { type: "button", class: name, "data-send": JSON.stringify(send), disabled, "aria-pressed": pressed, "aria-label": spoken },
    ...parts,
  );
}

export function own(label, act, options = {}) {
  const made = button(label, null, options);
  made.removeAttribute("data-send");
  made.dataset.own = act;
  if (options.value !== undefined) made.dataset.value = options.value;
  return made;
}

// Changes the page in place: a key that is being pressed must not be replaced under the finger.
export function morph(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && name !== "id") old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const before = [...old.childNodes];
  const after = [...fresh.childNodes];
  after.forEach((node, index) => {
    const there = before[index];
    if (!there) old.append(node);
    else if (there.nodeType !== node.nodeType || there.nodeName !== node.nodeName) there.replaceWith(node);
    else if (node.nodeType === Node.TEXT_NODE) {
      if (there.data !== node.data) there.data = node.data;
    } else morph(there, node);
  });
  before.slice(after.length).forEach((node) => node.remove());
}
