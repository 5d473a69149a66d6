import { isRecord } from '../blocks/rules.js';
import type { Json } from '../messages.js';

/**
 * An element as HTML.
 * @param values of its block, by action id
 * @param shown a text object as HTML
 */
export function htmlField(
  element: Json,
  values: Record<string, unknown>,
  shown: (object: unknown) => string,
): string {
  const value = values[String(element['action_id'])];
  const object: Json = isRecord(value) ? value : {};
  const hint = element['placeholder'] === undefined ? '' : `<i>${shown(element['placeholder'])}</i>`;
  switch (element['type']) {
    case 'button':
      return `<span class="button ${element['style'] ?? ''}">${shown(element['text'])}</span>`;
    case 'overflow':
      return '<span class="button">⋯</span>';
    case 'image':
      return '<span class="image"></span>';
    case 'checkboxes':
    case 'radio_buttons': {
      const chosen = JSON.stringify([object['selected_option'], object['selected_options']].flat());
      const rows = (element['options'] as Json[]).map((option) => {
        const on = chosen.includes(`"value":${JSON.stringify(option['value'])}`);
        const box = `<span class="box ${element['type']}${on ? ' on' : ''}"></span>`;
        const more =
          option['description'] === undefined ? '' : ` <small>${shown(option['description'])}</small>`;
        return `<label>${box}${shown(option['text'])}${more}</label>`;
      });
      return `<div>${rows.join('')}</div>`;
    }
    case 'plain_text_input':
    case 'number_input':
    case 'email_text_input':
    case 'url_text_input': {
      const typed =
        typeof object['value'] === 'string' ? shown({ type: 'plain_text', text: object['value'] }) : hint;
      return `<div class="box-input${element['multiline'] === true ? ' tall' : ''}">${typed}</div>`;
    }
    default: {
      const chosen = [object['selected_option'], object['selected_options']].flat().filter(isRecord);
      const plain = [object['selected_date'], object['selected_time']].find(
        (each) => typeof each === 'string',
      );
      const inner = chosen.map((option) => shown(option['text'])).join(', ') || plain || hint;
      return `<div class="box-input menu">${inner}<span>▾</span></div>`;
    }
  }
}
