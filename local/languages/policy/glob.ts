/**
 * Matches text against a pattern in which `*` stands for any characters and `?` for one. Linear in practice: it goes back to the last `*` only.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let position = 0;
  let starAt = -1;
  let starPosition = 0;
  while (position < text.length) {
    const wanted = pattern[at];
    if (wanted === '*') {
      starAt = at;
      starPosition = position;
      at += 1;
    } else if (at < pattern.length && (wanted === '?' || wanted === text[position])) {
      at += 1;
      position += 1;
    } else if (starAt >= 0) {
      starPosition += 1;
      position = starPosition;
      at = starAt + 1;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
