import katex from 'katex';
import 'katex/dist/katex.min.css';
import '../figure.css';
import '../style.css';
import pages from '../../pages.json' with { type: 'json' };
import { Engine } from '../worker/engine.js';

/** The element a page's HTML promises to have. */
export function element<E extends Element = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return found as unknown as E;
}

/** Sets every [data-tex] element; `block` puts the formula on a line of its own. */
function renderFormulas(): void {
  for (const target of document.querySelectorAll<HTMLElement>('[data-tex]')) {
    katex.render(target.dataset.tex ?? '', target, {
      displayMode: target.dataset.display === 'block',
      throwOnError: true,
    });
  }
}

function renderNavigation(): void {
  const here = location.pathname.endsWith('/') ? '/index.html' : `/${location.pathname.split('/').at(-1)}`;
  const links = pages.map(({ path, title }) => {
    const link = document.createElement('a');
    link.href = `.${path}`;
    link.textContent = title;
    if (path === here) link.setAttribute('aria-current', 'page');
    return link;
  });
  const name = document.createElement('strong');
  name.textContent = 'DLV';
  const navigation = document.createElement('nav');
  navigation.setAttribute('aria-label', 'Pages');
  navigation.append(name, ...links);
  document.querySelector('body > header')?.prepend(navigation);
}

/** Shows an error where the reader looks, or takes it away. */
export function showError(error: Error | undefined): void {
  const box = document.getElementById('error') ?? document.createElement('p');
  box.id = 'error';
  box.setAttribute('role', 'alert');
  box.textContent = error ? `This could not be computed. ${error.message}` : '';
  box.hidden = !error;
  document.querySelector('main')?.prepend(box);
}

/**
 * Starts a page: navigation, formulas, the compute worker, then `draw`, which resolves once its first pictures stand. The
 * document then says so in `data-ready`: 'true', or 'error'.
 */
export async function startPage(draw: (engine: Engine) => Promise<unknown>): Promise<void> {
  const root = document.documentElement;
  try {
    renderNavigation();
    renderFormulas();
    await draw(new Engine());
    root.dataset.ready = document.getElementById('error')?.hidden === false ? 'error' : 'true';
  } catch (error) {
    showError(error instanceof Error ? error : new Error(String(error)));
    root.dataset.ready = 'error';
  }
}
