export function importRulesJson(): string;
