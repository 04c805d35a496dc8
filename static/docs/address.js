// Puts the address that this page came from into the examples, so that they can be pasted as they stand.

const listed = "http://127.0.0.1:8010";

for (const example of document.querySelectorAll("pre code:not(.as-is)")) {
  const texts = document.createTreeWalker(example, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(listed, location.origin);
}
