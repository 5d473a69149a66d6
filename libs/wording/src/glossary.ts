import { LANGUAGES, type Language } from '@countersign/contract';
import { GERMAN } from './glossary.de.js';
import { ENGLISH } from './glossary.en.js';
import { LANGUAGE_NAMES } from './languages.js';

/** The key of a term that the pages and docs/glossary.md explain. */
export type GlossaryWord = keyof typeof ENGLISH;

export interface GlossaryEntry {
  /** As the pages write it. */
  word: string;
  /** One to three sentences, for someone who has never used Countersign. */
  meaning: string;
}

/** The one glossary: the pages show an entry beside its word, and docs/glossary.md prints all of them. */
export const GLOSSARY: Readonly<Record<Language, Readonly<Record<GlossaryWord, GlossaryEntry>>>> = {
  en: ENGLISH,
  de: GERMAN,
};

const DOCUMENT_HEAD = `# Glossary

Read this page if you meet a word of Countersign that you do not know. The pages show the same texts: press the “?” beside a word. English first, then German.

This page is generated from \`libs/wording/src/glossary.en.ts\` and \`glossary.de.ts\`, and a test compares it. To write it again after a change: \`WRITE_DOCS=1 node bin/jest.mjs unit -- libs/wording/src/glossary\`. For developers, [architecture.md](architecture.md#words) lists the words of the code.
`;

const HEADS: Readonly<Record<Language, string>> = { en: 'word | meaning', de: 'Wort | Bedeutung' };

const byWord = (language: Language): GlossaryEntry[] =>
  Object.values(GLOSSARY[language]).sort((a, b) => a.word.localeCompare(b.word, language));

/** The text of docs/glossary.md. */
export function glossaryDocument(): string {
  const table = (language: Language) =>
    [
      `\n## ${LANGUAGE_NAMES[language]}\n`,
      `| ${HEADS[language]} |`,
      '|---|---|',
      ...byWord(language).map(
        ({ word, meaning }) => `| **${word}** | ${meaning.replaceAll('***', '`***`')} |`,
      ),
      '',
    ].join('\n');
  return DOCUMENT_HEAD + LANGUAGES.map(table).join('');
}
