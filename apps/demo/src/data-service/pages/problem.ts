import type { Problem } from '../http/problem.js';
import { type Html, html } from './html.js';

export function problemBody(problem: Problem): Html {
  return html`<h1>${problem.title}</h1><p>${problem.detail}</p><p class="soft"><code>${problem.code}</code></p>`;
}
