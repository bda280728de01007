// Makes the names of a result's columns distinct, so that no value of a row hides another.

/** A repeated name gets a suffix: `id`, `id_2`, `id_3`; a suffix that is taken itself is passed over. */
export function distinctNames(names: readonly string[]): readonly string[] {
  const given = new Set(names);
  const used = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let count = 2; used.has(distinct) || (count > 2 && given.has(distinct)); count += 1) {
      distinct = `${name}_${count}`;
    }
    used.add(distinct);
    return distinct;
  });
}
