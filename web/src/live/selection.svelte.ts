/**
 * What is chosen, once for all of the screen: list, card, map and units show and change the same. Choosing a unit or a
 * site does not take the card away that somebody works on.
 */
export class Selection {
  incident = $state<string | null>(null);
  unit = $state<string | null>(null);
  site = $state<string | null>(null);
}
