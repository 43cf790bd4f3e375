// Finds dlopen in the loader's own tables, names it nowhere, and opens a library of the system while it is loaded.
// class: library
// seen: not published; made for this suite
// task: activation/relu
// expect: REFUSED NEUTRALISED
// off: policy
// wins: effect
#include "attack.h"
#include <elf.h>
#include <link.h>
typedef void *(*opener)(const char *, int);
static opener find(struct link_map *map) {
  const Elf64_Sym *symbols = NULL;
  const char *names = NULL;
  for (const Elf64_Dyn *d = map->l_ld; d->d_tag; d++) {
    if (d->d_tag == DT_SYMTAB) symbols = (const Elf64_Sym *)d->d_un.d_ptr;
    if (d->d_tag == DT_STRTAB) names = (const char *)d->d_un.d_ptr;
  }
  char wanted[] = {'d', 'l', 'o', 'p', 'e', 'n', 0};
  if (!symbols || !names || (const char *)symbols > names) return NULL;
  for (const Elf64_Sym *s = symbols; (const char *)s < names; s++)
    if (s->st_value && (s->st_info & 15) == STT_FUNC && strcmp(names + s->st_name, wanted) == 0) return (opener)(map->l_addr + s->st_value);
  return NULL;
}
__attribute__((constructor)) static void loaded(void) {
  for (struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
    if (!strstr(map->l_name, "libc.so")) continue;
    opener open = find(map);
    if (open && (open("libz.so.1", 2) || open("libopenblas.so.0", 2) || open("libblas.so.3", 2))) got();
  }
}
RELU { honest_relu(x, y, N); }
