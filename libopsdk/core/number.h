/* Numbers out of text, whatever locale the program has set. */
#ifndef CORE_NUMBER_H
#define CORE_NUMBER_H

/* What strtod makes of text in the "C" locale; infinite when it is out of range. */
double number_double(const char *text);

#endif
