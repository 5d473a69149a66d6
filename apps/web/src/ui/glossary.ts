/** A chunk of its own: a page loads the glossary when its reader first asks for a meaning. */
export { GLOSSARY } from '@countersign/wording';
