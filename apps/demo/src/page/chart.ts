import { number } from './text.js';

interface Series {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
  /** Index into the palette, 1..6. */
  colour: number;
  /** Default 'line'. */
  style?: 'line' | 'dashed' | 'dots' | 'steps';
}

interface Axis {
  label: string;
  log?: boolean;
  min?: number;
  max?: number;
}

export interface Chart {
  /** Read out by screen readers. */
  title: string;
  x: Axis;
  y: Axis;
  series: readonly Series[];
  /** Vertical lines with a name. */
  marks?: readonly { x: number; name: string }[];
  /** Whether one unit is as long on both axes, as a phase plane needs. */
  equal?: boolean;
  width?: number;
  height?: number;
}

interface Scale {
  min: number;
  max: number;
  to(value: number): number;
  ticks: number[];
}

const margin = { left: 56, right: 14, top: 12, bottom: 44 };

/** Round steps of 1, 2 or 5 times a power of ten, about `count` of them. */
function linearTicks(min: number, max: number, count: number): number[] {
  const rough = (max - min) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(min / step - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(max / step + 1e-9) - first + 1) }, (_, i) => (first + i) * step);
}

function logTicks(min: number, max: number): number[] {
  const [from, to] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)];
  if (to - from < 1) return [min, max];
  const every = Math.ceil((to - from) / 6);
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, i) => 10 ** (from + i * every));
}

function scaleOf(axis: Axis, values: readonly number[], pixels: readonly [number, number], count: number): Scale {
  const finite = values.filter(Number.isFinite);
  let min = axis.min ?? Math.min(...finite);
  let max = axis.max ?? Math.max(...finite);
  if (!(max > min)) [min, max] = [min - 1, min + 1];
  const [from, to] = pixels;
  if (axis.log) {
    const span = Math.log(max / min);
    return { min, max, to: (value) => from + ((to - from) * Math.log(value / min)) / span, ticks: logTicks(min, max) };
  }
  return {
    min,
    max,
    to: (value) => from + ((to - from) * (value - min)) / (max - min),
    ticks: linearTicks(min, max, count),
  };
}

/** Widens the shorter axis so that a unit is as long on both. */
function equalised(chart: Chart, width: number, height: number): Chart {
  const points = chart.series.flatMap(({ points: list }) => list);
  const reach = (axis: 0 | 1) =>
    Math.max(0.5, ...points.map((point) => Math.abs(point[axis])).filter(Number.isFinite)) * 1.12;
  const unit = Math.max(
    (2 * reach(0)) / (width - margin.left - margin.right),
    (2 * reach(1)) / (height - margin.top - margin.bottom),
  );
  const half = {
    x: (unit * (width - margin.left - margin.right)) / 2,
    y: (unit * (height - margin.top - margin.bottom)) / 2,
  };
  return { ...chart, x: { ...chart.x, min: -half.x, max: half.x }, y: { ...chart.y, min: -half.y, max: half.y } };
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** A chart as an SVG string; colours come from the style sheet, so it follows light and dark. */
export function chartSvg(wanted: Chart): string {
  const { width = 560, height = 320 } = wanted;
  const chart = wanted.equal ? equalised(wanted, width, height) : wanted;
  const points = chart.series.flatMap((series) => series.points);
  const x = scaleOf(
    chart.x,
    points.map((point) => point[0]),
    [margin.left, width - margin.right],
    8,
  );
  const y = scaleOf(
    chart.y,
    points.map((point) => point[1]),
    [height - margin.bottom, margin.top],
    6,
  );
  const at = (value: number) => value.toFixed(1);
  const bottom = height - margin.bottom;
  const vertical = x.ticks.map((tick) => {
    const place = at(x.to(tick));
    return `<line class="grid" x1="${place}" x2="${place}" y1="${margin.top}" y2="${bottom}"/><text x="${place}" y="${bottom + 16}" text-anchor="middle">${number(tick)}</text>`;
  });
  const horizontal = y.ticks.map((tick) => {
    const place = at(y.to(tick));
    return `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${place}" y2="${place}"/><text x="${margin.left - 6}" y="${Number(place) + 4}" text-anchor="end">${number(tick)}</text>`;
  });
  const marks = (chart.marks ?? [])
    .filter((mark) => mark.x >= x.min && mark.x <= x.max)
    .map(({ x: where, name }, i) => {
      const place = at(x.to(where));
      const side = x.to(where) > width / 2 ? 'end' : 'start';
      return `<line class="mark" x1="${place}" x2="${place}" y1="${margin.top}" y2="${bottom}"/><text class="mark" x="${Number(place) + (side === 'end' ? -5 : 5)}" y="${margin.top + 12 + 15 * i}" text-anchor="${side}">${escaped(name)}</text>`;
    });
  const drawn = chart.series.map((series) => seriesSvg(series, x, y));
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(chart.title)}">
<defs><clipPath id="plot"><rect x="${margin.left}" y="${margin.top}" width="${width - margin.left - margin.right}" height="${bottom - margin.top}"/></clipPath></defs>
${vertical.join('')}${horizontal.join('')}
<rect class="frame" x="${margin.left}" y="${margin.top}" width="${width - margin.left - margin.right}" height="${bottom - margin.top}"/>
<g clip-path="url(#plot)">${drawn.join('')}</g>${marks.join('')}
<text x="${(margin.left + width - margin.right) / 2}" y="${height - 8}" text-anchor="middle">${escaped(chart.x.label)}</text>
<text transform="translate(13 ${(margin.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(chart.y.label)}</text>
</svg>${legend(chart.series)}`;
}

function seriesSvg({ points, colour, style = 'line' }: Series, x: Scale, y: Scale): string {
  const inside = points.filter(
    ([a, b]) => Number.isFinite(a) && Number.isFinite(b) && !Number.isNaN(x.to(a)) && !Number.isNaN(y.to(b)),
  );
  const places = inside.map(([a, b]) => `${x.to(a).toFixed(1)},${y.to(b).toFixed(1)}`);
  if (style === 'dots')
    return places
      .map((place) => `<circle class="s${colour}" cx="${place.split(',')[0]}" cy="${place.split(',')[1]}" r="3.5"/>`)
      .join('');
  return `<polyline class="s${colour} ${style}" points="${places.join(' ')}"/>`;
}

function legend(series: readonly Series[]): string {
  const names = series
    .filter(({ name }) => name !== '')
    .map(({ name, colour, style = 'line' }) => `<li class="s${colour} ${style}">${escaped(name)}</li>`);
  return names.length === 0 ? '' : `<ul class="legend">${names.join('')}</ul>`;
}
