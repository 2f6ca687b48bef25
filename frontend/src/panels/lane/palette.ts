/** The canvas cannot read CSS variables: fetched once per theme. */
export interface Palette {
  readonly paper: string;
  readonly surface: string;
  readonly line: string;
  readonly ink: string;
  readonly ink2: string;
  readonly ink3: string;
  readonly ring3: string;
  readonly ring3Tint: string;
  readonly ring3Line: string;
  readonly ring0: string;
  readonly ring0Tint: string;
  readonly ring0Line: string;
  readonly bad: string;
  readonly badTint: string;
  readonly sans: string;
  readonly mono: string;
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const value = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    paper: value("paper"), surface: value("surface"), line: value("line"), ink: value("ink"), ink2: value("ink-2"), ink3: value("ink-3"),
    ring3: value("ring3"), ring3Tint: value("ring3-tint"), ring3Line: value("ring3-line"),
    ring0: value("ring0"), ring0Tint: value("ring0-tint"), ring0Line: value("ring0-line"),
    bad: value("bad"), badTint: value("bad-tint"), sans: value("sans"), mono: value("mono"),
  };
}
