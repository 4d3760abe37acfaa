// What the tests ask of a page that is open. Put into it by looking.py; no part of any report.
window.looking = (() => {
  const isVisible = (element) => element.checkVisibility() && element.getClientRects().length > 0;
  const boxOf = (element) => {
    const box = element.getBoundingClientRect();
    return { x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height };
  };
  const around = (boxes) => {
    const x = Math.min(...boxes.map((box) => box.x));
    const y = Math.min(...boxes.map((box) => box.y));
    return {
      x,
      y,
      width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
      height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
    };
  };
  const called = (element) =>
    `${element.tagName.toLowerCase()}${element.id && "#" + element.id}: ${element.textContent.trim().slice(0, 60)}`;
  const coloursOf = (mark) => {
    const style = getComputedStyle(mark);
    return [style.fill, style.stroke].filter((colour) => colour.startsWith("rgb("));
  };
  const stops = () =>
    [...document.querySelectorAll("a[href], summary, select, input, button, [tabindex='0']")].filter(isVisible);

  return {
    // The drawings of each chart, whether seen or not.
    drawings: () =>
      [...document.querySelectorAll(".chart svg")].map((svg) => {
        const marks = [...svg.querySelectorAll("[class*='role-mark'] :is(path, line)")]
          .map((mark) => ({ mark, box: boxOf(mark) }))
          .filter(({ box }) => box.width + box.height > 0);
        const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim());
        const scaleOf = ({ a, b }) => Math.hypot(a, b);
        const isSlanted = ({ b }) => b !== 0;
        return {
          figure: svg.closest("figure").getAttribute("aria-labelledby"),
          isVisible: isVisible(svg),
          // Where its texts are seen: what reaches over the edge is cut, unless the page shows it.
          room: getComputedStyle(svg).overflow === "visible" ? boxOf(document.documentElement) : boxOf(svg),
          height: boxOf(svg).height,
          markCount: marks.length,
          marks: marks.length ? around(marks.map(({ box }) => box)) : null,
          colours: [...new Set(marks.flatMap(({ mark }) => coloursOf(mark)))],
          texts: texts.map((text) => ({
            text: text.textContent,
            size: parseFloat(getComputedStyle(text).fontSize) * scaleOf(text.getScreenCTM()),
            box: boxOf(text),
            // The box around a slanted text has empty corners.
            isSlanted: isSlanted(text.getScreenCTM()),
          })),
        };
      }),

    // What makes the page wider than its window; what scrolls in a place of its own does not.
    sticksOut: () =>
      document.documentElement.scrollWidth <= document.documentElement.clientWidth
        ? []
        : [...document.querySelectorAll("body *")]
            .filter((element) => isVisible(element) && !element.parentElement.closest(".scroll, svg"))
            .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
            .map(called),

    // Of each chart that is seen, what its marks tell, and the middle of one of them: the largest, which may lie under
    // another one.
    marksWithTips: () =>
      [...document.querySelectorAll(".chart svg")].filter(isVisible).map((svg) => {
        const sized = [...svg.querySelectorAll("path[data-tip]")]
          .filter((mark) => getComputedStyle(mark).fill !== "none")
          .map((mark) => ({ tip: mark.dataset.tip, box: boxOf(mark) }))
          .sort((one, other) => other.box.width * other.box.height - one.box.width * one.box.height);
        const [{ box }] = sized;
        return { tips: sized.map(({ tip }) => tip), x: box.x + box.width / 2, y: box.y + box.height / 2 };
      }),

    openAll: (isOpen) => document.querySelectorAll("details").forEach((details) => (details.open = isOpen)),

    // Keeps three rows of each table, which are all alike, and of a drawing, which is one image, its frame.
    shorten: () => {
      document.querySelectorAll(".scroll tbody tr:nth-child(n + 4)").forEach((row) => row.remove());
      document.querySelectorAll(".chart svg").forEach((svg) => svg.replaceChildren());
    },

    stops: () => stops().map(called),

    // Notes where the keyboard goes from now on, and whether one sees it there.
    follow: () => {
      window.looking.followed = [];
      document.addEventListener("focusin", ({ target }) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(target);
        const box = target.getBoundingClientRect();
        window.looking.followed.push({
          stop: called(target),
          isMarked: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
          isInside: box.width > 0 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
        });
      });
    },

    // Tries to load things in all the ways that a page has; answers which the policy has refused.
    refused: async (url) => {
      const directives = [];
      document.addEventListener("securitypolicyviolation", (event) => directives.push(event.effectiveDirective));
      const put = (tag, values) => document.body.append(Object.assign(document.createElement(tag), values));
      put("img", { src: `${url}/a.png` });
      put("script", { src: `${url}/a.js` });
      put("link", { rel: "stylesheet", href: `${url}/a.css` });
      put("iframe", { src: `${url}/a.html` });
      await fetch(url).catch(() => {});
      for (let tries = 0; tries < 40 && new Set(directives).size < 5; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return [...new Set(directives)].sort();
    },
  };
})();
