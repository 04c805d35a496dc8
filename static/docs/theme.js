// Light or dark: what was chosen here or on the admin page, which keep it in the same place. Runs before anything is drawn, so that no
// page begins in the other colours.

{
  const THEMES = [["", "System"], ["light", "Light"], ["dark", "Dark"]];
  const choice = document.createElement("select");
  choice.ariaLabel = "Theme";
  choice.title = "Light or dark";
  choice.append(...THEMES.map(([value, text]) => new Option(text, value)));

  const show = () => {
    choice.value = localStorage.getItem("theme") ?? "";
    if (choice.value) document.documentElement.dataset.theme = choice.value;
    else delete document.documentElement.dataset.theme;
  };

  show();
  addEventListener("storage", show); // chosen in another tab
  addEventListener("pageshow", show); // chosen on another page, from which the back button leads here
  choice.addEventListener("change", () => {
    localStorage.setItem("theme", choice.value);
    show();
  });
  addEventListener("DOMContentLoaded", () => document.querySelector("header .aside").before(choice));
}

// The list of chapters is open in the page. Above the text, on a phone, it is closed until a reader opens it: before it is drawn.
{
  const isBeside = matchMedia("(min-width: 60rem)");
  const fold = () => {
    const list = document.querySelector(".contents details");
    if (list) list.open = isBeside.matches;
    return list;
  };
  const reading = new MutationObserver(() => fold() && reading.disconnect());
  reading.observe(document, { childList: true, subtree: true });
  addEventListener("DOMContentLoaded", () => reading.disconnect());
  isBeside.addEventListener("change", fold);
}
