import type { Answer, Context } from '../../runtime/context.js';
export async function doctor(context: Context): Promise<Answer> {
  return { document: context.json, text: '' };
}
