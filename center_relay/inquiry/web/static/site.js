// What a script adds to a form that works without one: dropped files, a list of what was chosen, a word while it works.

const form = document.querySelector("form.ask");
if (form) {
  const field = form.querySelector("input[type=file]");
  const zone = form.querySelector(".drop");
  const list = form.querySelector(".chosen");
  const button = form.querySelector("button");
  const say = form.querySelector(".say");
  const megabyte = 1_000_000;
  form.querySelector(".or").hidden = false;

  const tell = (words, bad) => {
    say.textContent = words;
    say.classList.toggle("bad", bad);
  };

  const problem = () => {
    const files = [...field.files];
    if (files.length === 0) return form.dataset.nothing;
    if (files.length > Number(form.dataset.files)) return form.dataset.toomany;
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    return bytes > Number(form.dataset.total) * megabyte ? form.dataset.toolarge : "";
  };

  const show = () => {
    list.hidden = field.files.length === 0;
    list.querySelector("ul").replaceChildren(
      ...[...field.files].map((file) => {
        const item = document.createElement("li");
        const name = document.createElement("span");
        const size = document.createElement("span");
        name.textContent = file.name;
        size.textContent = `${(file.size / megabyte).toFixed(1)} MB`;
        item.append(name, size);
        return item;
      }),
    );
    tell(field.files.length ? problem() : "", true);
  };

  field.addEventListener("change", show);
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    field.files = event.dataTransfer.files;
    show();
  });

  form.addEventListener("submit", (event) => {
    const wrong = problem();
    if (wrong || button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      if (wrong) tell(wrong, true);
      return;
    }
    button.setAttribute("aria-disabled", "true");
    tell(form.dataset.working, false);
  });
  // the page may come back from the browser's memory with the button still waiting
  window.addEventListener("pageshow", () => {
    button.removeAttribute("aria-disabled");
    tell("", false);
  });
}
