// The log-in page.
import { byId, setText } from "./dom.js";
import { logIn } from "./api.js";
import "./bar.js";

const form = byId("login");
const trouble = byId("trouble");

/** Where to go afterwards: the page that asked for the log-in, if it is one of ours; else the first work. */
function goal(roles) {
  const next = new URLSearchParams(location.search).get("next") || "";
  if (/^\/[a-z]/.test(next)) return next;
  if (roles.includes("typist")) return "/type";
  if (roles.includes("verifier")) return "/verify";
  return "/books";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { username, password } = form.elements;
  setText(trouble, "");
  try {
    const me = await logIn(username.value.trim(), password.value);
    location.replace(goal(me.roles));
  } catch (error) {
    setText(trouble, error.message);
    password.select();
  }
});
