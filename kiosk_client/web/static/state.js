// What the page knows: the newest view, and what a person at the screen has set for themselves. All of it goes with the page.

export const now = {
  view: null,
  page: 0, // of the choices on this screen
  staffCode: null, // digits entered by staff; null while their pad is shut
  staffWrong: false,
};

export const display = { larger: false, contrast: false, low: false, open: false, volume: 2 };
