/** A number for people: four significant digits, powers of ten where it is very large or small. */
export function number(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : value < 0 ? '−∞' : 'not a number';
  const size = Math.abs(value);
  if (size < 1e-12) return '0';
  if (size >= 1e6 || size < 1e-3) {
    const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e');
    const head = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
    return `${head === '1' ? '' : `${head}·`}10${superscript(Number(exponent))}`.replace('-', '−');
  }
  return String(Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(size)))))).replace('-', '−');
}

const superscript = (value: number): string =>
  [...String(value)].map((digit) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(digit)]).join('');

export interface TableData {
  head: readonly string[];
  rows: readonly (readonly string[])[];
  /** Columns set right, as numbers are. */
  right?: readonly number[];
}

/** A table with the reader's text escaped; a cell 'agree' or 'disagree' becomes a badge. */
export function tableElement({ head, rows, right = [] }: TableData): HTMLTableElement {
  const table = document.createElement('table');
  const line = (cells: readonly string[], tag: 'th' | 'td') => {
    const row = document.createElement('tr');
    for (const [i, text] of cells.entries()) {
      const cell = document.createElement(tag);
      if (right.includes(i)) cell.className = 'right';
      if (text === 'agree' || text === 'disagree') cell.append(badge(text));
      else cell.textContent = text;
      row.append(cell);
    }
    return row;
  };
  const [top, body] = [document.createElement('thead'), document.createElement('tbody')];
  top.append(line(head, 'th'));
  body.append(...rows.map((cells) => line(cells, 'td')));
  table.append(top, body);
  return table;
}

function badge(text: string): HTMLElement {
  const mark = document.createElement('span');
  mark.className = `badge ${text}`;
  mark.textContent = text;
  return mark;
}

/** Fills a <dl> with names and values. */
export function definitions(list: HTMLElement, pairs: readonly (readonly [name: string, value: string])[]): void {
  list.replaceChildren(
    ...pairs.flatMap(([name, value]) => {
      const [term, description] = [document.createElement('dt'), document.createElement('dd')];
      term.textContent = name;
      description.textContent = value;
      return [term, description];
    }),
  );
}
