import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formText, headerText, pathText, queryPairs } from './write-parameters.ts';
import type { ParameterForm, Style } from './write-parameters.ts';

const array = ['blue', 'black', 'brown'];
const object = { R: 100, G: 200, B: 150 };

function form(style: Style, explode: boolean, more: Partial<ParameterForm> = {}): ParameterForm {
  return { name: 'color', style, explode, allow_reserved: false, is_json: false, ...more };
}

// The table "Style Examples" of OpenAPI 3.1.1, 4.8.12.4.
describe('pathText', () => {
  it.each([
    ['matrix', false, ';color=blue', ';color=blue,black,brown', ';color=R,100,G,200,B,150'],
    ['matrix', true, ';color=blue', ';color=blue;color=black;color=brown', ';R=100;G=200;B=150'],
    ['label', false, '.blue', '.blue,black,brown', '.R,100,G,200,B,150'],
    ['label', true, '.blue', '.blue.black.brown', '.R=100.G=200.B=150'],
    ['simple', false, 'blue', 'blue,black,brown', 'R,100,G,200,B,150'],
    ['simple', true, 'blue', 'blue,black,brown', 'R=100,G=200,B=150'],
  ] as const)('%s, explode %s', (style, explode, text, list, map) => {
    expect(pathText(form(style, explode), 'blue')).toBe(text);
    expect(pathText(form(style, explode), array)).toBe(list);
    expect(pathText(form(style, explode), object)).toBe(map);
  });

  it('encodes what would mean something else in a path', () => {
    expect(pathText(form('simple', false), 'a/b?c#d,e;f')).toBe('a%2Fb%3Fc%23d%2Ce%3Bf');
    expect(pathText(form('simple', false, { is_json: true }), { a: [1] })).toBe('%7B%22a%22%3A%5B1%5D%7D');
    expect(pathText(form('simple', false), 2n ** 60n)).toBe('1152921504606846976');
  });
});

describe('queryPairs', () => {
  it.each([
    ['form', false, ['color=blue'], ['color=blue,black,brown'], ['color=R,100,G,200,B,150']],
    ['form', true, ['color=blue'], ['color=blue', 'color=black', 'color=brown'], ['R=100', 'G=200', 'B=150']],
    ['spaceDelimited', false, ['color=blue'], ['color=blue%20black%20brown'], ['color=R%20100%20G%20200%20B%20150']],
    ['pipeDelimited', false, ['color=blue'], ['color=blue%7Cblack%7Cbrown'], ['color=R%7C100%7CG%7C200%7CB%7C150']],
    [
      'deepObject',
      true,
      ['color=blue'],
      ['color=blue', 'color=black', 'color=brown'],
      ['color%5BR%5D=100', 'color%5BG%5D=200', 'color%5BB%5D=150'],
    ],
  ] as const)('%s, explode %s', (style, explode, text, list, map) => {
    expect(queryPairs(form(style, explode), 'blue')).toEqual(text);
    expect(queryPairs(form(style, explode), array)).toEqual(list);
    expect(queryPairs(form(style, explode), object)).toEqual(map);
  });

  it('lets no value become another parameter, reserved characters allowed or not', () => {
    const written = queryPairs(form('form', true, { allow_reserved: true }), 'https://a.example/?x=1&admin=true#f+g h');
    expect(written).toEqual(['color=https://a.example/?x=1%26admin=true%23f%2Bg%20h']);
    expect([...new URLSearchParams(written.join('&')).keys()]).toEqual(['color']);
    expect(queryPairs(form('form', true), 'a&b=c')).toEqual(['color=a%26b%3Dc']);
  });

  it('is read back as it was by every reader of forms', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), fc.boolean(), (list, allow_reserved) => {
        const written = queryPairs(form('form', true, { allow_reserved }), list).join('&');
        expect(new URLSearchParams(written).getAll('color')).toEqual(list);
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string()), (map) => {
        expect(Object.fromEntries(new URLSearchParams(formText(map)))).toEqual({ ...map });
        const deep = queryPairs(form('deepObject', true), map).join('&');
        const expected = Object.entries(map).map(([key, value]) => [`color[${key}]`, value]);
        expect([...new URLSearchParams(deep)]).toEqual(expected);
      }),
    );
  });
});

describe('headerText', () => {
  it('joins lists and maps by commas', () => {
    expect(headerText(form('simple', false), array)).toBe('blue,black,brown');
    expect(headerText(form('simple', false), object)).toBe('R,100,G,200,B,150');
    expect(headerText(form('simple', true), object)).toBe('R=100,G=200,B=150');
  });
});
