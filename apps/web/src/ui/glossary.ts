/** A chunk of its own: a page loads the glossary when its reader first opens an explanation. */
export { GLOSSARY } from '@countersign/wording';
