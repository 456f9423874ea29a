"""What would move a wall's answer: any output of any wall against every number it is made of."""
