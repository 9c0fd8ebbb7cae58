/** The language of this screen: French unless somebody chose English here before. */
export type Language = 'fr' | 'en';

const KEPT = 'vigie.language';

class Chosen {
  current = $state<Language>(kept());

  choose(language: Language): void {
    this.current = language;
    document.documentElement.lang = language;
    localStorage.setItem(KEPT, language);
  }
}

function kept(): Language {
  const language = localStorage.getItem(KEPT) === 'en' ? 'en' : 'fr';
  document.documentElement.lang = language;
  return language;
}

export const language = new Chosen();
