// What is wrong with the look of a page as a browser shows it: too wide for the screen, fields without a name, texts too pale.
// Runs inside the page, so it is kept as text: the tests themselves know no document.
import type { Page } from 'playwright-core';

const script = String.raw`(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (what) => (one) => what + ': ' + one.outerHTML.slice(0, 80);
  const wide = all('body *').filter(
    (one) => one.closest('.table, pre') === null && one.getBoundingClientRect().right > innerWidth + 1,
  );
  const nameless = all('input:not([type=hidden]), select, textarea').filter(
    (one) => one.labels.length === 0 && one.getAttribute('aria-label') === null,
  );
  // WCAG 2.2 section 1.4.3: at least 4.5 between a text and what is behind it.
  const parts = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((part) =>
      part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let one = element; one !== null; one = one.parentElement) {
      const found = parts(getComputedStyle(one).backgroundColor);
      if (found.length === 3 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const pale = all('body *')
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ''))
    .filter((one) => {
      const [light, dark] = [parts(getComputedStyle(one).color), behind(one)].map(luminance).sort((a, b) => b - a);
      return (light + 0.05) / (dark + 0.05) < 4.5;
    });
  return [...wide.map(shown('too wide')), ...nameless.map(shown('no name')), ...pale.map(shown('too pale'))];
})()`;

/** One line per fault; none when the page is as it should be. */
export function faultsOfLook(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(script);
}
