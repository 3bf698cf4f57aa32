
/* The library writes enumerations of the size of int: a program that was compiled with -fshort-enums has less room. */
typedef char airudder_enums_have_the_size_of_int_so_compile_without_fshort_enums
    [sizeof(airudder_type) == sizeof(int) ? 1 : -1];

#ifdef __cplusplus
}
#endif

#endif
