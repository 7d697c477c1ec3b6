// Shows new messages as they come: the page is asked for again, and what is new in it is put on top.
const messages = document.getElementById("messages");
const state = document.getElementById("state");
const calm = state.textContent;
let seen = "";

function take(page) {
  const found = page.getElementById("messages");
  for (const child of [...messages.children]) {
    if (!child.id || !found.querySelector(`[id="${child.id}"]`)) child.remove();
  }
  // What stays keeps its place and whatever somebody is doing in it.
  let before = messages.firstElementChild;
  for (const child of [...found.children]) {
    if (before && child.id === before.id) before = before.nextElementSibling;
    else messages.insertBefore(document.adoptNode(child), before);
  }
}

async function look() {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-cache" });
    if (!answer.ok) throw new Error(answer.status);
    const text = await answer.text();
    if (seen && answer.headers.get("etag") !== seen) take(new DOMParser().parseFromString(text, "text/html"));
    seen = answer.headers.get("etag");
    state.textContent = calm;
  } catch {
    state.textContent = "the server does not answer";
  }
  setTimeout(look, document.hidden ? 10000 : 1000);
}

look();
