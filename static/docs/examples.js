// Makes the examples ready to paste: puts the address that this page came from into them, and a button beside each that copies it.

const listed = "http://127.0.0.1:8010";

for (const example of document.querySelectorAll("pre code:not(.as-is)")) {
  const texts = document.createTreeWalker(example, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(listed, location.origin);
}

/** A browser lets pages copy only where nobody can listen in: at home, or over TLS. */
if (navigator.clipboard) for (const example of document.querySelectorAll("pre")) {
  const button = document.createElement("button");
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(example.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  const frame = document.createElement("div");
  frame.className = "example";
  example.replaceWith(frame);
  frame.append(example, button);
}
