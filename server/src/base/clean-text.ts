// Text that a stranger wrote, made fit to be shown to people and models (attacks A20, A39): what cannot be seen, what turns the
// direction of text round, and what a terminal would obey is taken out. Nothing is escaped here: that is the surface's.

/** Commands to terminals: ESC [ … m and the like, and titles: ESC ] … BEL. */
// oxlint-disable-next-line no-control-regex -- these characters are what is looked for
const escapes = /\u001B(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\u0007\u001B]{0,1000}(?:\u0007|\u001B\\)|[@-Z\\^_])/g;
const unseen = /(?![\t\n])[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Without what is not seen, and cut. `\r\n` becomes `\n`. */
export function cleanText(text: string, limit_characters = Number.POSITIVE_INFINITY): string {
  const clean = text.replaceAll(escapes, '').replaceAll(/\r\n?/g, '\n').replaceAll(unseen, '');
  return clean.length <= limit_characters ? clean : `${clean.slice(0, limit_characters - 1).toWellFormed()}…`;
}

/** The same, on one line. */
export function cleanLine(text: string, limit_characters: number): string {
  return cleanText(text.slice(0, limit_characters * 4).replaceAll(/\s+/g, ' '), limit_characters).trim();
}

/** Whether there is anything in it that would be taken out. */
export function hasUnseen(text: string): boolean {
  return cleanText(text) !== text;
}
