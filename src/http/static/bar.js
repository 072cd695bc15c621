// The bar at the top: language and log-out.
import { logOut } from "./api.js";

const YEAR_SECS = 31_536_000;

for (const button of document.querySelectorAll("[data-lang]")) {
  button.addEventListener("click", () => {
    document.cookie = `lang=${button.dataset.lang}; path=/; max-age=${YEAR_SECS}; SameSite=Lax`;
    location.reload();
  });
}

document.querySelector("#log-out")?.addEventListener("click", async () => {
  await logOut().catch(() => {});
  sessionStorage.clear();
  location.assign("/login");
});
