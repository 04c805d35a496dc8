// Replaces the default address in examples with that of this server, and adds a Copy button to each.

const listed = "http://127.0.0.1:8010";

for (const example of document.querySelectorAll("pre code:not(.as-is)")) {
  const texts = document.createTreeWalker(example, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(listed, location.origin);
}

// Browsers offer the clipboard only on loopback or over TLS.
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
