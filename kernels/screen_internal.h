/* kernels/screen_internal.h - what the files of the screen share, and nobody else. */
#ifndef ZN_KERNELS_SCREEN_INTERNAL_H
#define ZN_KERNELS_SCREEN_INTERNAL_H

#include "kernels/screen.h"

enum zn_token_kind {
	ZN_TOKEN_END,     /* of the text, or a fatal finding */
	ZN_TOKEN_NEWLINE, /* of a directive */
	ZN_TOKEN_WORD,
	ZN_TOKEN_NUMBER,
	ZN_TOKEN_STRING, /* or a character */
	ZN_TOKEN_SIGN,
};

/* Signs of two characters that matter; all others come one by one. */
#define ZN_SIGN_PASTE   'P' /* ## */
#define ZN_SIGN_ARROW   'A' /* -> */
#define ZN_SIGN_SHIFT   'S' /* << */
#define ZN_SIGN_STEPS   'I' /* ++ -- */
#define ZN_SIGN_COMPARE 'C' /* == != <= >= */

enum {
	ZN_IS_FLOW = 1, /* if, return, ...: what follows is no declaration */
	ZN_IS_SIZEOF = 2,
	ZN_IS_ATTRIBUTE = 4, /* __attribute__ */
	ZN_IS_REFUSED = 8,   /* by `rule`, everywhere */
	ZN_IS_MACHINE = 16,  /* a function of C libraries, which a linker may find */
	ZN_IS_GIVEN = 32,    /* reserved or ours, but given to everybody */
	ZN_IS_ALLOWED = 64,  /* an attribute */
	ZN_IS_PLACE = 128,   /* what only the chunk form may use */
	ZN_IS_EXACT = 256,   /* refused by `rule` in the exact class */
	ZN_IS_FUNCTION =
		512, /* as a function refused in the exact class; `mend` says what to use */
	ZN_IS_KEYWORD = 1024,
};

struct zn_word {
	const char *name;
	uint16_t is; /* ZN_IS_... */
	uint8_t rule;
	const char *mend;
};

struct zn_token {
	enum zn_token_kind kind;
	uint32_t line, column;
	char sign;
	bool begins_line; /* nothing but blanks and comments before it */
	bool spaced;      /* blanks or comments right before it */
	uint32_t length;
	uint64_t hash;                           /* of a word */
	const struct zn_word *word;              /* its meaning, or NULL */
	char text[ZN_SCREEN_WORD_BYTES_MAX + 1]; /* words and numbers */
};

/** Where a statement stands; declarations of functions are told from calls by it. */
enum zn_statement {
	ZN_AT_START,
	ZN_AT_NAME,         /* one word so far */
	ZN_AT_NAMES,        /* two or more: the last one is declared */
	ZN_AT_STARS,        /* word * */
	ZN_AT_STARRED_NAME, /* word * word */
	ZN_AT_DECLARED,     /* a declaration, behind its first declarator */
	ZN_AT_NEXT,         /* behind its comma */
	ZN_AT_NEXT_NAME,
	ZN_AT_OTHER,
};

struct zn_level {
	char open;
	bool call;         /* ( right behind a word that may be a function or a macro */
	bool attribute;    /* ( of __attribute__ */
	bool initialiser;  /* { behind = */
	bool declares;     /* [ behind a name that is declared */
	bool known;        /* [: only numbers so far */
	char pending;      /* [: operator before the next number */
	uint8_t statement; /* of an outer bracket, as it was left */
	uint32_t growth;   /* how often macros repeat what stands here */
	uint64_t value;    /* [: of what stands in it */
	uint32_t line, column;
	uint64_t name_hash; /* of the word before ( */
	char word[ZN_SCREEN_CUT_BYTES];
};

struct zn_screen_macro {
	uint64_t hash;  /* 0: free */
	uint32_t words; /* that it grows to, arguments not counted */
	uint32_t uses;  /* most that an argument is repeated */
	bool function;
};

/** Where the reading of code stands, as far as the branches of an #if may differ. */
struct zn_screen_spot {
	struct zn_token before, now; /* the last two tokens of code */
	uint8_t statement;           /* of the innermost bracket */
	bool closed_call;            /* `now` is the ) of a call */
	bool parameters;             /* of the file: behind name(...) */
	bool assigned;               /* of the file: behind = */
};

struct zn_screen_if {
	struct zn_screen_spot began;
	uint32_t depth, ended_depth;
	bool has_else, ended;
	bool closed_call, parameters; /* at the end of any branch */
	uint32_t line, column;
};

#define ZN_SCREEN_MACRO_PLACES (2 * ZN_SCREEN_MACROS_MAX)
#define ZN_SCREEN_USED_PLACES  4096 /* words in texts of macros */
#define ZN_SCREEN_USED_MAX     3072

struct zn_screen_state {
	/* the text */
	const char *text;
	size_t bytes, at;
	uint32_t line, column;
	bool fresh_line;
	bool stop;
	unsigned bits;
	/* findings */
	struct zn_screen_finding *out;
	uint32_t out_max, count;
	/* the preprocessor */
	struct zn_screen_if ifs[ZN_SCREEN_IF_DEPTH_MAX];
	uint32_t ifs_count;
	struct zn_screen_macro macros[ZN_SCREEN_MACRO_PLACES];
	uint32_t macros_count, defines;
	uint32_t used[ZN_SCREEN_USED_PLACES];
	uint32_t used_count;
	uint32_t expanded; /* words after macros */
	/* the code */
	struct zn_level levels[ZN_SCREEN_DEPTH_MAX + 1]; /* [0]: the file */
	uint32_t depth;
	struct zn_screen_spot spot;
	bool in_function;
	struct zn_level last_call; /* that `now` closed */
	uint64_t function_hash;
	uint64_t array; /* elements of the brackets so far */
	uint32_t statement_words, signs, loops, elses, cases, literals;
};

/* --- screen.c --- */
/** The beginning of a word; `out` has ZN_SCREEN_CUT_BYTES. Returns it. */
const char *zn_screen_cut(char *out, const char *text);
void zn_screen_report(struct zn_screen_state *s, enum zn_screen_rule rule, uint32_t line,
	uint32_t column, const char *word, const char *mend);
void zn_screen_at(struct zn_screen_state *s, enum zn_screen_rule rule,
	const struct zn_token *token);

/* --- screen_lexer.c --- */
void zn_screen_next(struct zn_token *out, struct zn_screen_state *s, bool directive);
/** A sign as people write it; `text` has 3 bytes. */
const char *zn_screen_sign_text(char *text, char sign);

/* --- screen_words.c, screen_table.c --- */
extern const struct zn_word zn_screen_words[];
extern const uint32_t zn_screen_words_count;
/** NULL: a word without a meaning of its own. */
const struct zn_word *zn_word_find(const char *name);
/** Is a token one of these, ZN_IS_... or'ed? */
bool zn_word_is(const struct zn_token *token, unsigned what);
/** Is a word refused wherever it stands? ZN_SCREEN_OK if not. */
enum zn_screen_rule zn_word_rule(const struct zn_token *token, unsigned bits);
/** ... as a function that is called? */
enum zn_screen_rule zn_word_function_rule(const char **mend, const struct zn_token *token,
	unsigned bits);
enum zn_screen_rule zn_word_number_rule(const struct zn_token *token, unsigned bits);
/** May a macro not have this name? */
bool zn_word_is_no_macro(const struct zn_token *token);
bool zn_word_is_ours(const struct zn_token *token);
/** An integer as written. False: it is none, or larger than 2^32. */
bool zn_word_number(uint64_t *out, const struct zn_token *token);

/* --- screen_macros.c --- */
const struct zn_screen_macro *zn_screen_macro_find(const struct zn_screen_state *s, uint64_t hash);
uint32_t zn_screen_grow(uint32_t a, uint32_t b);
/** A directive, from behind its # to the end of its line. */
void zn_screen_directive(struct zn_screen_state *s, const struct zn_token *hash);
void zn_screen_ifs_end(struct zn_screen_state *s);

/* --- screen_code.c --- */
void zn_screen_code(struct zn_screen_state *s, const struct zn_token *token);
void zn_screen_code_end(struct zn_screen_state *s);
/** A condition follows: what stands before it must be clear without what comes behind. */
void zn_screen_code_pause(struct zn_screen_state *s);

#endif
