/** What a form's inputs hold: numbers of ranges, texts of selects, whether checkboxes are checked. */
export type FormValues = Record<string, number | string | boolean>;

const controlsOf = (form: HTMLFormElement) => [
  ...form.querySelectorAll<HTMLInputElement | HTMLSelectElement>('input, select'),
];

export function readForm(form: HTMLFormElement): FormValues {
  const values: FormValues = {};
  for (const control of controlsOf(form)) {
    if (control instanceof HTMLSelectElement) values[control.name] = control.value;
    else if (control.type === 'range') values[control.name] = rangeValue(control);
    else if (control.type === 'checkbox') values[control.name] = control.checked;
  }
  return values;
}

/** A range with `data-base` holds an exponent: its value is base ** position. */
function rangeValue({ value, dataset }: HTMLInputElement): number {
  return dataset.base === undefined ? Number(value) : Number(dataset.base) ** Number(value);
}

/** Shows each range's value in the <output> beside it and calls `changed` now and on every input. */
export function onForm<R>(form: HTMLFormElement, changed: (values: FormValues) => R): R {
  const update = (): R => {
    for (const control of controlsOf(form)) {
      const output = control.parentElement?.querySelector('output');
      if (output && control instanceof HTMLInputElement)
        output.textContent = String(Number(rangeValue(control).toPrecision(4)));
    }
    return changed(readForm(form));
  };
  form.addEventListener('input', update);
  form.addEventListener('submit', (event) => event.preventDefault());
  return update();
}

/** Moves a form's ranges to given values, as if the reader had. */
export function setForm(form: HTMLFormElement, values: Record<string, number>): void {
  for (const control of controlsOf(form)) {
    const value = values[control.name];
    if (value !== undefined) control.value = String(value);
  }
  form.dispatchEvent(new Event('input'));
}
