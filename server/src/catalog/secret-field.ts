// Whether a field of a form asks for a secret: those are credentials or secret variables and never pass through a form that
// a tool has made (attack A26).

const secrets = [
  ...[
    String.raw`\w*passwords?`,
    String.raw`\w*passwd`,
    'pwd',
    'pass ?phrases?',
    'pass ?codes?',
    'pass',
    'pins?',
    'pin ?codes?',
  ],
  ...[
    String.raw`\w*secrets?`,
    String.raw`\w*tokens?`,
    'credentials?',
    'credit ?cards?',
    'card ?numbers?',
    'cvv2?',
    'cvc2?',
  ],
  ...['(api|access|private|secret|signing|encryption|master|ssh) ?keys?', 'apikeys?', 'seed ?phrases?', 'mnemonics?'],
  ...['(security|verification|confirmation|recovery|backup|one time|authentication|auth|login|mfa|2fa) ?codes?'],
  ...['[th]?otp', 'mfa', '2fa'],
].join('|');

const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${secrets})(?![\\p{L}\\p{N}])`, 'iu');

/** By the words of its name, title and description, however they are joined. */
export function asksForSecret(texts: readonly (string | undefined)[]): boolean {
  return texts.some((text) => text !== undefined && pattern.test(inWords(text)));
}

/** `apiKey_v2` → `api Key v2` */
function inWords(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replaceAll(/[\s_.\-/:]+/g, ' ');
}
