import { describe, expect, it } from 'vitest';
import { nearHint, nearestNames, validNames } from './nearest-names.ts';

const names = ['search_flights', 'list_flights', 'book_hotel', 'cancel_hotel'];

describe('nearestNames', () => {
  it.each([
    ['serch_flights', ['search_flights']],
    ['book_hoetl', ['book_hotel']],
    ['searchFlights', ['search_flights']],
    ['LIST-FLIGHTS', ['list_flights']],
    ['flights', ['list_flights', 'search_flights']],
    ['hotel', ['book_hotel', 'cancel_hotel']],
    ['weather', []],
    ['', []],
  ])('%s -> %j', (name, expected) => {
    expect(nearestNames(name, names)).toEqual(expected);
  });

  it('gives the nearest first and no more than asked for', () => {
    expect(nearestNames('tool_1', ['tool_22', 'tool_1x', 'tool_1'], 2)).toEqual(['tool_1', 'tool_1x']);
  });

  it('does not compare names that are too long, nor too many of them', () => {
    expect(nearestNames('a'.repeat(100_000), ['a'.repeat(100_000)])).toEqual([]);
    const many = [...Array.from({ length: 5_000 }, (_, index) => `zzz${index}`), 'wanted'];
    expect(nearestNames('wanted', many)).toEqual([]);
  });
});

describe('nearHint', () => {
  it('asks when a name is near, lists when none is', () => {
    expect(nearHint('serch_flights', names)).toBe('Did you mean "search_flights"?');
    expect(nearHint('weather', names)).toBe('Valid: search_flights, list_flights, book_hotel, cancel_hotel.');
    expect(nearHint('weather', [])).toBe('There is none.');
  });

  it('bounds the list', () => {
    const many = Array.from({ length: 12 }, (_, index) => `n${index}`);
    expect(validNames(many)).toBe('Valid: n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 and 2 more.');
  });
});
