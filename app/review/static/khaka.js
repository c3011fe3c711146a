// Saves a step, no more: every page works without it.
"use strict";
for (const form of document.querySelectorAll("form[data-live]")) {
  const target = form.dataset.live;
  let timer = 0, asked = 0;
  const say = (slider) => {
    const points = Number(slider.value), size = String(Math.abs(points));
    const said = slider.dataset.digits === "devanagari" ? size.replace(/\d/g, (d) => "०१२३४५६७८९"[d]) : size;
    const words = points === 0 ? slider.dataset.level : points > 0 ? slider.dataset.ahead : slider.dataset.behind;
    document.getElementById(slider.dataset.said).textContent = words.replace("#", said);
    form.elements[slider.dataset.switch].checked = true;
  };
  const show = async () => {
    const mine = ++asked, address = location.pathname + "?" + new URLSearchParams(new FormData(form));
    const answer = await fetch(address);
    if (!answer.ok || answer.redirected) { location.assign(address); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return;  // a later change has been asked for meanwhile
    document.getElementById(target).replaceChildren(...page.getElementById(target).childNodes);
    history.replaceState(null, "", address);
  };
  form.addEventListener("input", (event) => {
    if (event.target.dataset.said) say(event.target);
    clearTimeout(timer);
    timer = setTimeout(show, 120);
  });
}
// A finger is wider than a booth's mark: a tap beside one opens the nearest.
for (const marks of document.querySelectorAll(".pic .do")) {
  const picture = marks.closest("svg"), links = [...marks.querySelectorAll("a")];
  picture.addEventListener("click", (event) => {
    let nearest = null, least = 30;
    for (const link of links) {
      const box = link.getBoundingClientRect();
      const far = Math.hypot(box.x + box.width / 2 - event.clientX, box.y + box.height / 2 - event.clientY);
      if (far < least) { nearest = link; least = far; }
    }
    if (event.target.closest("a") || !nearest) return;
    location.assign(new URL(nearest.getAttribute("href"), location.href));
  });
}
