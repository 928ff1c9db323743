// The page of the blast radius: moves the drawing, and tells which of its boxes was chosen.

import { select } from 'd3-selection';
import { type ZoomBehavior, zoom, zoomIdentity } from 'd3-zoom';

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

const editor = acquireVsCodeApi();
const drawing = select<SVGSVGElement, unknown>('main > svg');
const [width, height] = ['width', 'height'].map((name) => Number(drawing.attr(name)));
drawing.attr('viewBox', null);

// What is drawn goes into one group, which is moved as a whole.
const whole = drawing.append('g');
for (const child of [...(drawing.node()?.children ?? [])]) {
  if (child !== whole.node() && child.tagName !== 'style') whole.node()?.append(child);
}
const moving: ZoomBehavior<SVGSVGElement, unknown> = zoom<SVGSVGElement, unknown>()
  .scaleExtent([0.1, 4])
  .on('zoom', (event) => whole.attr('transform', event.transform.toString()));
drawing.call(moving);

/** As large as it goes without hiding any of its width, nor of so much of its height, but not larger than it was drawn. */
function show(visible: number): void {
  const box = drawing.node()?.getBoundingClientRect();
  if (!box || !width || !height) return;
  const scale = Math.min(1, box.width / width, box.height / visible);
  drawing.call(moving.transform, zoomIdentity.scale(scale));
}

const showWhole = () => show(height ?? 0);
const closer = () => drawing.call(moving.scaleBy, 1.25);
const farther = () => drawing.call(moving.scaleBy, 0.8);

function button(name: string, work: (element: HTMLElement) => void): void {
  const element = document.getElementById(name);
  element?.addEventListener('click', () => work(element));
}

button('closer', closer);
button('farther', farther);
button('whole', showWhole);
button('evidence', () => editor.postMessage({ evidence: true }));
button('keep', () => editor.postMessage({ keep: true }));
button('unused', (element) => {
  const only = document.body.classList.toggle('only-unused');
  element.setAttribute('aria-pressed', String(only));
});

document.addEventListener('keydown', (event) => {
  if (event.key === '+') closer();
  if (event.key === '-') farther();
  if (event.key === '0') showWhole();
});

const places = new Set((document.body.dataset.places ?? '').split(','));
for (const box of document.querySelectorAll<SVGGElement>('g[data-node]')) {
  const id = box.dataset.node ?? '';
  if (!places.has(id)) continue;
  box.dataset.place = '';
  box.setAttribute('role', 'button');
  const open = () => editor.postMessage({ open: Number(id) });
  box.addEventListener('click', open);
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') open();
  });
  // What has the keyboard's focus is brought into view.
  box.addEventListener('focus', () => {
    const rectangle = box.getBoundingClientRect();
    const frame = drawing.node()?.getBoundingClientRect();
    if (!frame) return;
    const isInside =
      rectangle.top >= frame.top &&
      rectangle.bottom <= frame.bottom &&
      rectangle.left >= frame.left &&
      rectangle.right <= frame.right;
    if (!isInside) {
      const scale = Math.abs(rectangle.width / box.getBBox().width) || 1;
      drawing.call(
        moving.translateBy,
        (frame.left + frame.width / 2 - rectangle.left - rectangle.width / 2) / scale,
        (frame.top + frame.height / 2 - rectangle.top - rectangle.height / 2) / scale,
      );
    }
  });
}

// At first it can be read, even if it has to be moved to see all of it.
show(0);
